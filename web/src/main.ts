// Where does the page begin?
import './frame/fonts.css';
import './frame/app.css';
import { mount } from 'svelte';
import App from './frame/App.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element with the id "app".');
mount(App, { target });
